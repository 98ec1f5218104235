"""What ``studio bench film`` measures, one module a measurement."""
