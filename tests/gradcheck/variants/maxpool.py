import numpy as np

class MaxPool2:
  """ 2x2 max pooling, images are h x w x num_filters """

  def iterate_regions(self, image):
    h, w, _ = image.shape
    for i in range(h // 2):
      for j in range(w // 2):
        yield image[(i * 2):(i * 2 + 2), (j * 2):(j * 2 + 2)], i, j

  def forward(self, input):
    self.last_input = input
    h, w, num_filters = input.shape
    output = np.zeros((h // 2, w // 2, num_filters))
    for im_region, i, j in self.iterate_regions(input):
      output[i, j] = np.amax(im_region, axis=(0, 1))
    return output

  def backward(self, d_L_d_out):
    d_L_d_input = np.zeros(self.last_input.shape)
    for im_region, i, j in self.iterate_regions(self.last_input):
      h, w, f = im_region.shape
      flat = im_region.reshape(h * w, f)
      best = np.argmax(flat, axis=0)
      for c in range(f):
        i2, j2 = divmod(best[c], w)
        d_L_d_input[i * 2 + i2, j * 2 + j2, c] = d_L_d_out[i, j, c]
    return d_L_d_input
