"""What ``bench serve`` measures: the cost of a call through Serve, and that kills lose and repeat nothing."""
