"""The studio for many: its HTTP interface, the keys of its tenants, and the crew that makes the films they ask for."""
