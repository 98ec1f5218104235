"""First-party engines: one folder a role, one module an engine. Found through entry points, exactly as anyone's."""
