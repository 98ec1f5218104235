"""The contract kit: one call that holds any engine to the rules of the studio."""
