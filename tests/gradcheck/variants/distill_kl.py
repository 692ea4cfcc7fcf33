import numpy as np


def log_softmax(a):
    a = a - a.max(axis=1, keepdims=True)
    return a - np.log(np.exp(a).sum(axis=1, keepdims=True))


def distillation_loss(student_logits, teacher_logits, temperature=2.0):
    """KL( teacher || student ) with temperature, mean over the batch, times T^2.

    Returns the loss and its gradient with respect to the student's logits
    (the teacher is fixed).
    """
    T = temperature
    logq = log_softmax(student_logits / T)
    logp = log_softmax(teacher_logits / T)
    p = np.exp(logp)
    kl = np.sum(p * (logp - logq), axis=1)
    loss = T * T * kl.mean()
    grad = T * (np.exp(logq) - p) / len(student_logits)
    return loss, grad


if __name__ == '__main__':
    rng = np.random.default_rng(0)
    teacher = rng.normal(size=(6, 4)) * 3
    student = np.zeros((6, 4))
    for k in range(300):
        loss, g = distillation_loss(student, teacher)
        student -= 2.0 * g
    print('loss', loss)
    print(student.argmax(1), teacher.argmax(1))
