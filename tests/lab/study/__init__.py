"""Studies: grids, queues, workers."""
