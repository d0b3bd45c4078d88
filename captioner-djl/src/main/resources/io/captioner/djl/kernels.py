# What libtorch computes fast but DJL cannot call, as TorchScript. No gradient is recorded here: derivatives stand beside what they are of.
# On the CPU products go to oneDNN, whose instructions do not depend on who made the processor. Row counts are products of leading axes.
class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # y = x W^T: x (..., in), w (out, in) to (..., out)
  def product(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
    return PRODUCT(x, w, None)

  # y = x W^T + b
  def linear(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return PRODUCT(x, w, b)

  # dL/dx = dL/dy W
  def input_gradient(self: __torch__.Kernels, dy: Tensor, w: Tensor) -> Tensor:
    return PRODUCT(dy, torch.t(w), None)

  # dL/dW = sum over uses of (dL/dy)^T x, as one product
  def weight_gradient(self: __torch__.Kernels, dys: List[Tensor], xs: List[Tensor]) -> Tensor:
    return PRODUCT(torch.t(self.joined(dys)), torch.t(self.joined(xs)), None)

  # dL/db = sum over uses and rows of dL/dy
  def bias_gradient(self: __torch__.Kernels, dys: List[Tensor]) -> Tensor:
    return torch.sum(self.joined(dys), [0])

  # (..., n) each, to (all rows, n)
  def joined(self: __torch__.Kernels, xs: List[Tensor]) -> Tensor:
    rows = annotate(List[Tensor], [])
    for x in xs:
      _0 = torch.append(rows, torch.reshape(x, [-1, torch.size(x, -1)]))
    if torch.eq(torch.len(rows), 1):
      all = rows[0]
    else:
      all = torch.cat(rows, 0)
    return all
