"""The scene graph, the hook specs, the render graph, the store and the local dispatcher."""
