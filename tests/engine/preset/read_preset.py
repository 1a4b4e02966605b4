"""Prints a preset as JSON, read as a user of NumPy would: python read_preset.py PRESET"""

import json
import sys

from safetensors import safe_open
from safetensors.numpy import load_file

tensors = load_file(sys.argv[1])
with safe_open(sys.argv[1], framework="numpy") as preset:
    document = json.loads(preset.metadata()["unbraid"])
print(json.dumps({
    "tensors": {
        name: {"dtype": str(tensor.dtype), "shape": tensor.shape, "values": tensor.tolist()}
        for name, tensor in tensors.items()
    },
    "document": document,
}))
