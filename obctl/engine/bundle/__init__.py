"""Support bundles: one file from which somebody without access can see what there was to see."""
