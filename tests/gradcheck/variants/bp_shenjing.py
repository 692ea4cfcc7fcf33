# -*- coding: utf-8 -*-
# BP 神经网络,三层结构:输入层、隐含层、输出层
import numpy as np


class BPWangLuo(object):
    def __init__(self, shuru_shu, yincang_shu, shuchu_shu, xuexilv=0.1):
        self.quan1 = np.random.randn(shuru_shu, yincang_shu)      # 输入层到隐含层的权值
        self.yuzhi1 = np.random.randn(1, yincang_shu)             # 隐含层阈值
        self.quan2 = np.random.randn(yincang_shu, shuchu_shu)
        self.yuzhi2 = np.random.randn(1, shuchu_shu)
        self.xuexilv = xuexilv

    def jihuo(self, x):
        return 1.0 / (1.0 + np.exp(-x))

    def qianxiang(self, x):
        # 前向传播,神经元的净输入要减去阈值
        self.x = x
        self.yincang = self.jihuo(np.dot(x, self.quan1) - self.yuzhi1)
        self.shuchu = self.jihuo(np.dot(self.yincang, self.quan2) - self.yuzhi2)
        return self.shuchu

    def sunshi(self, x, y):
        # 均方误差
        return 0.5 * np.sum((self.qianxiang(x) - y) ** 2) / x.shape[0]

    def fanxiang(self, x, y):
        # 反向传播,返回各参数的梯度
        n = x.shape[0]
        shuchu = self.qianxiang(x)
        g = (shuchu - y) * shuchu * (1 - shuchu) / n
        e = np.dot(g, self.quan2.T) * self.yincang * (1 - self.yincang)
        d_quan2 = np.dot(self.yincang.T, g)
        d_yuzhi2 = -np.sum(g, axis=0, keepdims=True)
        d_quan1 = np.dot(x.T, e)
        d_yuzhi1 = -np.sum(e, axis=0, keepdims=True)
        return d_quan1, d_yuzhi1, d_quan2, d_yuzhi2

    def xunlian(self, x, y, cishu=1000):
        for i in range(cishu):
            d_quan1, d_yuzhi1, d_quan2, d_yuzhi2 = self.fanxiang(x, y)
            self.quan1 -= self.xuexilv * d_quan1
            self.yuzhi1 -= self.xuexilv * d_yuzhi1
            self.quan2 -= self.xuexilv * d_quan2
            self.yuzhi2 -= self.xuexilv * d_yuzhi2
            if i % 100 == 0:
                print("第%d次训练,误差:%.5f" % (i, self.sunshi(x, y)))


if __name__ == '__main__':
    shuju = np.array([[0, 0], [0, 1], [1, 0], [1, 1]], dtype=float)
    biaoqian = np.array([[0], [1], [1], [0]], dtype=float)
    BPWangLuo(2, 5, 1, 1.0).xunlian(shuju, biaoqian)
