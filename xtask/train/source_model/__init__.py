"""Training of the source models: from sets of free recordings and synthesis to the weights below presets/source-model."""

RATE = 44100
"""Sample rate of everything that is made, Hz."""
