"""The scaffold: what a new plugin is made of. Every file here ends up in somebody's own distribution."""
