# What libtorch computes fast but DJL cannot call, as TorchScript. No gradient is recorded here: derivatives stand beside what they are of.
# On the CPU products go to oneDNN, whose instructions do not depend on who made the processor. Row counts are products of leading axes.
class Kernels(Module):
  __parameters__ = []
  __buffers__ = []
  training : bool

  # dL/dleaf from dL/dy, for each leaf that y was made of; an array of no elements where y does not depend on it
  def gradients(self: __torch__.Kernels, y: Tensor, dy: Tensor, leaves: List[Tensor]) -> List[Tensor]:
    found = torch.grad([y], leaves, annotate(List[Optional[Tensor]], [dy]), True, False, True)
    results = annotate(List[Tensor], [])
    for d in found:
      if torch.__isnot__(d, None):
        _0 = torch.append(results, unchecked_cast(Tensor, d))
      else:
        _1 = torch.append(results, torch.zeros([0]))
    return results

  # y = x W^T + b: x (..., in), w (out, in), b (out) or none, to (..., out); w turned: (in, out). All products are made here, of operands whose
  # elements lie side by side, or of the transpose of such a w: a slice sends oneDNN to its slowest product, by a factor of a hundred. What
  # has no elements it never sees. Of bfloat16, the sum of float32.
  def multiply(self: __torch__.Kernels, x: Tensor, w: Tensor, turned: bool, b: Optional[Tensor]) -> Tensor:
    rows = torch.contiguous(x)
    if ops.prim.is_mkldnn(w):
      weight0 = w
    else:
      weight = torch.contiguous(w)
      if turned:
        weight0 = torch.t(weight)
      else:
        weight0 = weight
    if torch.eq(ops.prim.dtype(rows), 15):
      y = torch.to(self.multiply_dense(rows, weight0, None), 6)
      if torch.__isnot__(b, None):
        y0 = torch.add_(y, unchecked_cast(Tensor, b))
      else:
        y0 = y
    else:
      y0 = self.multiply_dense(rows, weight0, b)
    return y0

  def multiply_dense(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Optional[Tensor]) -> Tensor:
    if torch.__or__(torch.eq(torch.numel(x), 0), torch.eq(torch.numel(w), 0)):
      y = torch.linear(x, w, b)
    else:
      y = PRODUCT(x, w, b)
    return y

  def dense(self: __torch__.Kernels, w: Tensor) -> Tensor:
    return torch.contiguous(w)

  # W, and W^T, as oneDNN wants it for many products
  def pack(self: __torch__.Kernels, w: Tensor) -> Tensor:
    return PACKED(w)

  def pack_turned(self: __torch__.Kernels, w: Tensor) -> Tensor:
    turned = torch.contiguous(torch.t(w))
    return PACKED(turned)

  def half(self: __torch__.Kernels, x: Tensor) -> Tensor:
    return torch.to(torch.contiguous(x), 15)

  # y = x W^T
  def product(self: __torch__.Kernels, x: Tensor, w: Tensor) -> Tensor:
    return self.multiply(x, w, False, None)

  # y = x W^T + b
  def linear(self: __torch__.Kernels, x: Tensor, w: Tensor, b: Tensor) -> Tensor:
    return self.multiply(x, w, False, torch.contiguous(b))

  # dL/dx = dL/dy W
  def input_gradient(self: __torch__.Kernels, dy: Tensor, w: Tensor) -> Tensor:
    return self.multiply(dy, w, True, None)

  # The same in bfloat16. Here libtorch itself goes to oneDNN, with W as it lies: to turn it takes longer than that spares.
  def input_gradient_half(self: __torch__.Kernels, dy: Tensor, w: Tensor) -> Tensor:
    return torch.to(torch.matmul(torch.contiguous(dy), w), 6)

  # dL/dW = sum over uses of (dL/dy)^T x, as one product. Of bfloat16 libtorch itself goes to oneDNN, with the transpose as it lies: up to
  # twice as fast.
  def weight_gradient(self: __torch__.Kernels, dys: List[Tensor], xs: List[Tensor]) -> Tensor:
    dy = self.joined(dys)
    x = self.joined(xs)
    if torch.eq(ops.prim.dtype(dy), 15):
      dw = torch.to(torch.mm(torch.t(dy), x), 6)
    else:
      dw = self.multiply(torch.t(dy), x, True, None)
    return dw

  # dL/db = sum over uses and rows of dL/dy
  def bias_gradient(self: __torch__.Kernels, dys: List[Tensor]) -> Tensor:
    return torch.sum(self.joined(dys), [0])

  # (..., n) each, to (all rows, n)
  def joined(self: __torch__.Kernels, xs: List[Tensor]) -> Tensor:
    rows = annotate(List[Tensor], [])
    for x in xs:
      _0 = torch.append(rows, torch.flatten(torch.unsqueeze(x, 0), 0, -2))
    if torch.eq(torch.len(rows), 1):
      all = torch.contiguous(rows[0])
    else:
      all = torch.cat(rows, 0)
    return all

  # y = alpha features for each image: alpha (N, R, L), features (N, L, D), both bfloat16
  def weigh(self: __torch__.Kernels, alpha: Tensor, features: Tensor) -> Tensor:
    return torch.to(torch.bmm(alpha, features), 6)

  # dL/dalpha = dL/dy features^T
  def weigh_gradient(self: __torch__.Kernels, dy: Tensor, features: Tensor) -> Tensor:
    return torch.to(torch.bmm(dy, torch.transpose(features, 1, 2)), 6)

  # dL/dfeatures = sum over uses of alpha^T dL/dy, as one product
  def weighed_gradient(self: __torch__.Kernels, alphas: List[Tensor], dys: List[Tensor]) -> Tensor:
    alpha = torch.cat(alphas, 1)
    return torch.to(torch.bmm(torch.transpose(alpha, 1, 2), torch.cat(dys, 1)), 6)

  # Hochreiter and Schmidhuber 1997: gates (..., 4H) are the sums of i, f, g, o, c (..., H); h', c' and what the derivative needs
  def lstm(self: __torch__.Kernels, gates: Tensor, c: Tensor) -> Tuple[Tensor, Tensor, Tensor, Tensor]:
    bent = torch.sigmoid(gates)
    i, f, g, o, = torch.chunk(bent, 4, -1)
    _0 = torch.tanh(torch.chunk(gates, 4, -1)[2], out=g)
    cell = torch.addcmul_(torch.mul(f, c), i, g)
    t = torch.tanh(cell)
    return (torch.mul(o, t), cell, bent, t)

  # dL/dgates and dL/dc from those of h' and c'
  def lstm_gradient(self: __torch__.Kernels, dh: Tensor, dcell: Tensor, c: Tensor, bent: Tensor, t: Tensor) -> Tuple[Tensor, Tensor]:
    i, f, g, o, = torch.chunk(bent, 4, -1)
    d = torch.add_(torch.tanh_backward(torch.mul(dh, o), t), dcell)
    dgates = torch.empty_like(bent)
    di, df, dg, do, = torch.chunk(dgates, 4, -1)
    _0 = torch.sigmoid_backward(torch.mul(d, g), i, grad_input=di)
    _1 = torch.sigmoid_backward(torch.mul(d, c), f, grad_input=df)
    _2 = torch.tanh_backward(torch.mul(d, i), g, grad_input=dg)
    _3 = torch.sigmoid_backward(torch.mul(dh, t), o, grad_input=do)
    return (dgates, torch.mul_(d, f))

  # of y = sigmoid(x)
  def sigmoid_gradient(self: __torch__.Kernels, dy: Tensor, y: Tensor) -> Tensor:
    return torch.sigmoid_backward(dy, y)

  # of y = softmax(x) over the last axis
  def softmax_gradient(self: __torch__.Kernels, dy: Tensor, y: Tensor) -> Tensor:
    return torch._softmax_backward_data(dy, y, -1, 6)

  # e = v . relu(k + q): keys (N, L, A), query (N, R, A), v (1, A) to (N, R, L). As relu(k + q) = max(k, -q) + q the sums are one pass over
  # room (N, R, L, A), which is there to be overwritten: what is written anew for each word comes from and goes to slow memory.
  def relu_scores(self: __torch__.Kernels, keys: Tensor, query: Tensor, v: Tensor, room: Tensor) -> Tensor:
    weight = torch.contiguous(v)
    bent = torch.maximum(torch.unsqueeze(keys, 1), torch.unsqueeze(torch.neg(query), 2), out=room)
    return torch.add_(torch.squeeze(self.multiply_dense(room, weight, None), 3), torch.matmul(query, torch.t(weight)))

  # With m = 1 where k > -q, else 0: dL/dq = v DQ, DQ = sum over places of de m, and dL/dk = v DK, DK = sum over rows of de m, which is added
  # to sum. dL/dv = sum of de m (k + q) = sum of q DQ + sum of k DK, which waits until sum is complete. Gives dL/dq and the first part of dL/dv.
  def relu_scores_gradient(self: __torch__.Kernels, de: Tensor, keys: Tensor, query: Tensor, v: Tensor, sum: Tensor, room: Tensor) -> Tuple[Tensor, Tensor]:
    m = torch.gt(torch.unsqueeze(keys, 1), torch.unsqueeze(torch.neg(query), 2), out=room)
    dq = torch.bmm(torch.unsqueeze(torch.flatten(de, 0, 1), 1), torch.flatten(room, 0, 1))
    for r in range(torch.size(de, 1)):
      _0 = torch.addcmul_(sum, torch.unsqueeze(torch.select(de, 1, r), 2), torch.select(room, 1, r))
    dq0 = torch.reshape(dq, torch.size(query))
    return (torch.mul(dq0, v), torch.unsqueeze(torch.sum(torch.mul(dq0, query), [0, 1]), 0))

  # dL/dk, and the part of dL/dv that waited for the sum to be complete. Overwrites the sum.
  def relu_scores_sums(self: __torch__.Kernels, keys: Tensor, v: Tensor, sum: Tensor) -> Tuple[Tensor, Tensor]:
    dv = torch.unsqueeze(torch.sum(torch.mul(keys, sum), [0, 1]), 0)
    return (torch.mul_(sum, v), dv)

  # e = v . tanh(k + q), and the bent sums (N, R, L, A)
  def tanh_scores(self: __torch__.Kernels, keys: Tensor, query: Tensor, v: Tensor) -> Tuple[Tensor, Tensor]:
    bent = torch.tanh_(torch.add(torch.unsqueeze(keys, 1), torch.unsqueeze(query, 2)))
    return (torch.squeeze(self.multiply_dense(bent, torch.contiguous(v), None), 3), bent)

  # dL/dquery and dL/dv; dL/dkeys / v is added to sum. Overwrites the bent sums.
  def tanh_scores_gradient(self: __torch__.Kernels, de: Tensor, bent: Tensor, v: Tensor, sum: Tensor) -> Tuple[Tensor, Tensor]:
    dv = torch.matmul(torch.reshape(de, [1, -1]), torch.reshape(bent, [-1, torch.size(bent, -1)]))
    d = torch.tanh_backward(torch.unsqueeze(de, 3), bent, grad_input=bent)
    if torch.eq(torch.size(d, 1), 1):
      _0 = torch.add_(sum, torch.squeeze(d, 1))
    else:
      _1 = torch.add_(sum, torch.sum(d, [1]))
    return (torch.mul(torch.sum(d, [2]), v), dv)

  # Adam (Kingma and Ba 2015) in one pass over lists of one; numbers are rate, beta1, beta2, decay, epsilon, and 1 where the decay stands beside
  # the gradient (Loshchilov and Hutter 2019)
  def adam(self: __torch__.Kernels, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], step: List[Tensor], numbers: Tensor) -> Tensor:
    return self.update(p, g, m, v, annotate(List[Tensor], []), step, numbers, False)

  # with the largest v so far (Reddi et al. 2018)
  def amsgrad(self: __torch__.Kernels, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], step: List[Tensor], numbers: Tensor) -> Tensor:
    return self.update(p, g, m, v, x, step, numbers, True)

  def update(self: __torch__.Kernels, p: List[Tensor], g: List[Tensor], m: List[Tensor], v: List[Tensor], x: List[Tensor], step: List[Tensor], numbers: Tensor, amsgrad: bool) -> Tensor:
    a = annotate(List[float], [])
    for number in torch.unbind(numbers):
      _0 = torch.append(a, float(number))
    if torch.gt(a[5], 0.):
      torch._fused_adamw_(p, g, m, v, x, step, lr=a[0], beta1=a[1], beta2=a[2], weight_decay=a[3], eps=a[4], amsgrad=amsgrad, maximize=False)
    else:
      torch._fused_adam_(p, g, m, v, x, step, lr=a[0], beta1=a[1], beta2=a[2], weight_decay=a[3], eps=a[4], amsgrad=amsgrad, maximize=False)
    return numbers
