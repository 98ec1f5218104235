"""Parts of the scheduler's benchmarks."""
