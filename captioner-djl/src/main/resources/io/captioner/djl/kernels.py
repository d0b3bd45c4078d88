# What libtorch computes fast but DJL cannot call, as TorchScript. No gradient is recorded here: derivatives stand beside what they are of.
# On the CPU products go to oneDNN, whose instructions do not depend on who made the processor. Row counts are products of leading axes.
class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # A matrix that is a slice of another sends oneDNN to its slowest product, by a factor of a hundred: it is copied once.
  def dense(self: __torch__.Kernels, w: Tensor) -> Tensor:
    return torch.contiguous(w)

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
      all = torch.contiguous(rows[0])
    else:
      all = torch.cat(rows, 0)
    return all

  # The products once more for operands in bfloat16; what comes out is float32 again.
  def half(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.to(x, 15)

  def product_half(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
    return torch.to(torch.linear(x, w), 6)

  def linear_half(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return torch.add_(torch.to(torch.linear(x, w), 6), b)

  def input_gradient_half(self: __torch__.Kernels, dy: Tensor, w: Tensor) -> Tensor:
    return torch.to(torch.matmul(dy, w), 6)

  def weight_gradient_half(self: __torch__.Kernels, dys: List[Tensor], xs: List[Tensor]) -> Tensor:
    return torch.to(torch.matmul(torch.t(self.joined(dys)), self.joined(xs)), 6)

  # Hochreiter and Schmidhuber 1997: gates (..., 4H) are the sums of i, f, g, o, c (..., H); h', c' and what the derivative needs
  def lstm(self: __torch__.Kernels, gates: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    bent = torch.clone(gates)
    i, f, g, o, = torch.chunk(bent, 4, -1)
    _0 = torch.sigmoid_(i)
    _1 = torch.sigmoid_(f)
    _2 = torch.tanh_(g)
    _3 = torch.sigmoid_(o)
    cell = torch.addcmul(torch.mul(f, c), i, g)
    t = torch.tanh(cell)
    return (torch.mul(o, t), cell, bent, t)

  # dL/dgates and dL/dc from those of h' and c'
  def lstm_gradient(self: __torch__.Kernels, dh: Tensor, dcell: Tensor, c: Tensor, bent: Tensor, t: Tensor) -> Tuple[Tensor, Tensor]:
    i, f, g, o, = torch.chunk(bent, 4, -1)
    d = torch.add(dcell, torch.tanh_backward(torch.mul(dh, o), t))
    di = torch.sigmoid_backward(torch.mul(d, g), i)
    df = torch.sigmoid_backward(torch.mul(d, c), f)
    dg = torch.tanh_backward(torch.mul(d, i), g)
    do = torch.sigmoid_backward(torch.mul(dh, t), o)
    return (torch.cat([di, df, dg, do], -1), torch.mul(d, f))

  # e = v . relu(k + q): keys (N, L, A), query (N, R, A), v (1, A) to (N, R, L), and the bent sums (N, R, L, A)
  def relu_scores(self: __torch__.Kernels, keys: Tensor, query: Tensor, v: Tensor) -> Tuple[Tensor, Tensor]:
    bent = torch.relu_(torch.add(torch.unsqueeze(keys, 1), torch.unsqueeze(query, 2)))
    return (torch.matmul(bent, torch.select(v, 0, 0)), bent)

  # the same with tanh
  def tanh_scores(self: __torch__.Kernels, keys: Tensor, query: Tensor, v: Tensor) -> Tuple[Tensor, Tensor]:
    bent = torch.tanh_(torch.add(torch.unsqueeze(keys, 1), torch.unsqueeze(query, 2)))
    return (torch.matmul(bent, torch.select(v, 0, 0)), bent)

  # dL/dquery and dL/dv; dL/dkeys / v is added to sum. Overwrites the bent sums.
  def relu_scores_gradient(self: __torch__.Kernels, de: Tensor, bent: Tensor, v: Tensor, sum: Tensor) -> Tuple[Tensor, Tensor]:
    dv = self.score_weight_gradient(de, bent)
    d = torch.threshold_backward(torch.unsqueeze(de, 3), bent, 0, grad_input=bent)
    return (self.score_query_gradient(bent, v, sum), dv)

  def tanh_scores_gradient(self: __torch__.Kernels, de: Tensor, bent: Tensor, v: Tensor, sum: Tensor) -> Tuple[Tensor, Tensor]:
    dv = self.score_weight_gradient(de, bent)
    d = torch.tanh_backward(torch.unsqueeze(de, 3), bent, grad_input=bent)
    return (self.score_query_gradient(bent, v, sum), dv)

  def score_weight_gradient(self: __torch__.Kernels, de: Tensor, bent: Tensor) -> Tensor:
    return torch.matmul(torch.reshape(de, [1, -1]), torch.reshape(bent, [-1, torch.size(bent, -1)]))

  # d (N, R, L, A) is the derivative of the sums / v
  def score_query_gradient(self: __torch__.Kernels, d: Tensor, v: Tensor, sum: Tensor) -> Tensor:
    if torch.eq(torch.size(d, 1), 1):
      _0 = torch.add_(sum, torch.squeeze(d, 1))
    else:
      _1 = torch.add_(sum, torch.sum(d, [1]))
    return torch.mul(torch.sum(d, [2]), v)

  # Adam (Kingma and Ba 2015) in one pass over lists of one; numbers are rate, beta1, beta2, decay, epsilon, and 1 where the decay stands beside
  # the gradient (Loshchilov and Hutter 2019); the gradient is divided by scale
  def adam(self: __torch__.Kernels, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], step: List[Tensor], numbers: Tensor, scale: Tensor) -> Tensor:
    return self.update(p, g, m, v, annotate(List[Tensor], []), step, numbers, scale, False)

  # with the largest v so far (Reddi et al. 2018)
  def amsgrad(self: __torch__.Kernels, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], step: List[Tensor], numbers: Tensor, scale: Tensor) -> Tensor:
    return self.update(p, g, m, v, x, step, numbers, scale, True)

  def update(self: __torch__.Kernels, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], step: List[Tensor], numbers: Tensor, scale: Tensor, amsgrad: bool) -> Tensor:
    a = annotate(List[float], [])
    for number in torch.unbind(numbers):
      _0 = torch.append(a, float(number))
    if torch.gt(a[5], 0.):
      torch._fused_adamw_(p, g, m, v, x, step, lr=a[0], beta1=a[1], beta2=a[2], weight_decay=a[3], eps=a[4], amsgrad=amsgrad, maximize=False, grad_scale=scale)
    else:
      torch._fused_adam_(p, g, m, v, x, step, lr=a[0], beta1=a[1], beta2=a[2], weight_decay=a[3], eps=a[4], amsgrad=amsgrad, maximize=False, grad_scale=scale)
    return numbers
