import numpy as np

'''GRU cell, one single vector at a time (Cho et al. 2014)'''


class Cell:
    def __init__(self, input_dim=3, state_dim=4, rng=np.random.default_rng(21)):
        k = input_dim + state_dim
        self.Mu = rng.normal(size=(state_dim, k)) / np.sqrt(k)   # update gate
        self.Mr = rng.normal(size=(state_dim, k)) / np.sqrt(k)   # reset gate
        self.Mh = rng.normal(size=(state_dim, k)) / np.sqrt(k)   # candidate
        self.split = input_dim

    def step(self, x, h):
        xh = np.concatenate([x, h])
        u = 1 / (1 + np.exp(-self.Mu @ xh))
        r = 1 / (1 + np.exp(-self.Mr @ xh))
        xrh = np.concatenate([x, r * h])
        c = np.tanh(self.Mh @ xrh)
        self.last = dict(x=x, h=h, xh=xh, u=u, r=r, xrh=xrh, c=c)
        return u * h + (1 - u) * c

    def step_back(self, dnew):
        m = self.last
        k = self.split
        dc_pre = dnew * (1 - m['u']) * (1 - m['c'] ** 2)
        du_pre = dnew * (m['h'] - m['c']) * m['u'] * (1 - m['u'])
        dxrh = self.Mh.T @ dc_pre
        dr_pre = dxrh[k:] * m['h'] * m['r'] * (1 - m['r'])
        dxh = self.Mu.T @ du_pre + self.Mr.T @ dr_pre
        out = {}
        out['Mu'] = du_pre[:, None] * m['xh'][None, :]
        out['Mr'] = dr_pre[:, None] * m['xh'][None, :]
        out['Mh'] = dc_pre[:, None] * m['xrh'][None, :]
        out['x'] = dxh[:k] + dxrh[:k]
        out['h'] = dnew * m['u'] + dxh[k:] + dxrh[k:] * m['r']
        return out


if __name__ == '__main__':
    cell = Cell()
    h = np.zeros(4)
    for t in range(4):
        h = cell.step(np.random.rand(3), h)
        print(t, h)
    print(cell.step_back(h)['x'])
