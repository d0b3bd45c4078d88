"""Makes python.safetensors, which SafetensorsTest reads. Needs torch and safetensors."""
import torch
from safetensors.torch import save_file

save_file({
    'f32': torch.tensor([[0.0, 1.5, -2.25], [3.0e38, 1e-45, -0.0]]),
    'f64': torch.tensor([0.1, -1e300, 2.0], dtype=torch.float64),
    'f16': torch.tensor([0.0, 1.0, -65504.0, 6e-8, 0.333333, float('inf')], dtype=torch.float16),
    'bf16': torch.tensor([1.0, -2.5, 3.140625, 1e38], dtype=torch.bfloat16),
    'i64': torch.tensor([[-1], [2 ** 62]]),
    'i32': torch.tensor([-7, 2 ** 31 - 1], dtype=torch.int32),
    'i16': torch.tensor([-300, 300], dtype=torch.int16),
    'i8': torch.tensor([-128, 127], dtype=torch.int8),
    'u8': torch.tensor([0, 128, 255], dtype=torch.uint8),
    'bool': torch.tensor([True, False, True]),
    'scalar': torch.tensor(42.0),
    'empty': torch.zeros(0, 5),
}, 'python.safetensors', metadata={'format': 'pt', 'note': '"quoted" \u00e9'})
