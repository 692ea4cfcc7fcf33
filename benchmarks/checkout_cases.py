"""What benchmarks/checkouts.py trains in each checkout: overrides, by the names of its cases."""

MLP = "device=cpu data.limit=200 train.epochs=3 model.hidden=[12,9]"
CNN = "device=cpu data.limit=120 train.epochs=2 model=cnn model.stages=[[4],[8]]"
WORDS = "device=cpu data=palindrome data.length=5 data.n_samples=300 train.epochs=3"
RNN = f"{WORDS} model=rnn model.hidden_size=8 optimizer=rmsprop"
COLOUR = f"{CNN} data=image_folder data.root=IMAGES data.limit=null data.flip=true data.shift=1"

STARTS = {  # activations, each with an initialization
    "relu": "kaiming_uniform",
    "leaky_relu": "kaiming_normal model.negative_slope=0.1",
    "tanh": "xavier_uniform",
    "sigmoid": "xavier_normal",
    "elu": "normal model.init_std=0.1",
    "gelu": "fan_in_normal",
    "silu": "vgg",
    "softplus": "torch",
    "identity": "torch",
}

MLPS = {  # what single runs of a small network are given
    **{f"{name}, {init.split()[0]}": f"model.activation={name} model.init={init}" for name, init in STARTS.items()},
    "sgd momentum": "optimizer.momentum=0.9 optimizer.dampening=0.1 optimizer.weight_decay=0.01",
    "sgd nesterov": "optimizer.momentum=0.9 optimizer.nesterov=true optimizer.weight_decay=0.001",
    "adam": "optimizer=adam optimizer.weight_decay=0.01 optimizer.betas=[0.8,0.99]",
    "adam amsgrad": "optimizer=adam optimizer.lr=0.01 optimizer.amsgrad=true",
    "adamw": "optimizer=adamw optimizer.lr=0.01",
    "rmsprop": "optimizer=rmsprop",
    "rmsprop centered": "optimizer=rmsprop optimizer.centered=true optimizer.momentum=0.5",
    "adagrad": "optimizer=adagrad optimizer.lr_decay=0.01 optimizer.initial_accumulator_value=0.1",
    "step": "scheduler=step scheduler.step_size=1 scheduler.gamma=0.5",
    "multistep by step": "scheduler=multistep scheduler.interval=step scheduler.milestones=[3,9]",
    "exponential": "scheduler=exponential",
    "cosine by step": "scheduler=cosine scheduler.interval=step scheduler.eta_min=0.001",
    "one_cycle": "scheduler=one_cycle optimizer.momentum=0.9",
    "one_cycle, adam": "scheduler=one_cycle optimizer=adam scheduler.three_phase=true scheduler.anneal_strategy=linear",
    "plateau": "scheduler=plateau scheduler.patience=0 scheduler.threshold=0.5 train.epochs=5",
    "warmup_cosine": "scheduler=warmup_cosine scheduler.total_iters=1",
    "warmup_cosine by step": "scheduler=warmup_cosine scheduler.interval=step scheduler.total_iters=4",
    "float64": "model.dtype=float64 optimizer.momentum=0.9",
    "dropout": "model.dropout=0.3 seed=7",
    "noise": "model.noise=0.2",
    "batch norm": "model.batch_norm=true train.max_grad_norm=0.5 train.batch_size=30",
    "everything random, float64": "model.dropout=0.2 model.noise=0.1 model.batch_norm=true model.dtype=float64 "
    "data.shift=1 data.flip=true train.batch_size=30",
    "clipped": "train.max_grad_norm=0.3",
    "mse, softmax": "loss=mse model.output_activation=softmax",
    "mse, sigmoid": "loss=mse model.output_activation=sigmoid optimizer.lr=1",
    "mse": "loss=mse",
    "no hidden layer": "model.hidden=null model.depth=0",
    "whole batch": "train.batch_size=full",
    "two threads": "data.limit=null model.hidden=[400] train.batch_size=full",
    "last batch dropped": "train.drop_last=true",
    "moved images": "data.shift=2 data.flip=true data.seed=3",
    "early stopping": "train.patience=1 optimizer.lr=1.5 train.epochs=12",
    "every second epoch": "train.eval_every=2",
    "steps": "train.steps=17 train.batch_size=50",
    "moons": "data=moons",
    "circles": "data=circles data.normalize=true",
    "blobs": "data=blobs data.centers=4 data.n_features=3",
    "no validation": "data.val_fraction=0 data.normalize=false",
    "mnist": "data=mnist data.download=false data.normalize=true train.epochs=1",
    "diverges": "optimizer.lr=1e30 model.activation=identity loss=mse",
    "diverges later": "optimizer.momentum=0.9 scheduler=exponential scheduler.gamma=1e30",
    "refused": "optimizer.lr=-1",
}

ALONE = {
    **{name: f"{MLP} {words}" for name, words in MLPS.items()},
    "cnn": CNN,
    "cnn without batch norm": f"{CNN} model.batch_norm=false model.hidden=[9] model.dropout=0.2 model.init=vgg "
    "model.pool_size=2 train.max_grad_norm=0.5",
    "cnn, float64": f"{CNN} model.dtype=float64 data.shift=1 data.flip=true optimizer=adam",
    "cnn, images": COLOUR,
    "cnn, images from files": f"{COLOUR} data.resident=false train.epochs=1",
    "rnn": RNN,
    "lstm": f"{RNN} model.cell=lstm",
    "gru": f"{RNN} model.cell=gru",
    "rnn, float64": f"{RNN} model.dtype=float64 model.init=xavier_normal train.max_grad_norm=0.5",
    "lstm, two layers": f"{RNN} model.cell=lstm model.num_layers=2 model.hidden=[7] model.dropout=0.2",
    "gru, rows of images": f"{MLP} model=rnn model.hidden=null model.hidden_size=8 model.cell=gru model.dtype=float64",
}

MIXED = {  # sweeps
    "rates": f"{MLP} optimizer.lr=0.03,0.1,0.3 model.activation=relu,tanh seed=0,1",
    "momentum": f"{MLP} optimizer=sgd,rmsprop optimizer.momentum=0,0.9 scheduler=constant,one_cycle,plateau "
    "model.dropout=0.1,0.3 optimizer.lr=0.01",
    "optimizers": f"{MLP} optimizer=sgd,adam,adamw,rmsprop,adagrad scheduler=warmup_cosine,step optimizer.lr=0.003",
    "one is clipped": f"{MLP} train.max_grad_norm=null,null,null,0.1,null optimizer.momentum=0.9 model.noise=0.1",
    "batch norm": f"{MLP} model.batch_norm=true train.batch_size=30 optimizer.lr=0.05,0.2 model.activation=relu,gelu",
    "cnn": f"{CNN} optimizer.lr=0.05,0.2 seed=0,1 data.flip=true",
    "rnn, lstm, gru": f"{RNN} model.cell=rnn,lstm,gru seed=0,1 optimizer.lr=0.01,0.003 train.max_grad_norm=1",
    "divergence": f"{MLP} loss=mse model.activation=identity optimizer.lr=0.05,1e30,0.02,-1 "
    "optimizer.momentum=0.9 scheduler=exponential scheduler.gamma=0.9,1e30",
}

EITHER = {"scratch": "model.backend=scratch", "torch": "model.backend=torch"}
SINGLE = {f"{name}, {twin}": f"{words} {key}" for name, words in ALONE.items() for twin, key in EITHER.items()}
SWEEPS = {
    **{f"{name}, {twin}": f"{words} {key}" for name, words in MIXED.items() for twin, key in EITHER.items()},
    "both twins": f"{MLP} model.backend=scratch,torch optimizer.lr=0.05,0.2 seed=0,1 model.batch_norm=false,true",
    "float64": f"{MLP} model.backend=scratch,torch model.dtype=float64 optimizer=adam,sgd model.dropout=0,0.2",
    "shapes": f"{MLP} model.backend=scratch model.hidden=null model.depth=0,1,2 model.width=9,12 "
    "train.batch_size=30,full",
    "data": f"{MLP} model.backend=scratch data=digits,moons loss=mse,cross_entropy seed=0,1",
    "early stopping": f"{MLP} model.backend=scratch train.patience=1 train.epochs=8 optimizer.lr=1.5,0.000001,0.1 "
    "seed=0,1",
}
SWEEPS = {f"sweep: {name}": f"-m hydra.launcher.workers=2 {words}" for name, words in SWEEPS.items()}

NETWORKS = {("784-1024-10", 100): 20_000, ("784-50-50-10", 64): 60_000, ("784-200-100-50-10", 16): 30_000}
MNIST = "data=mnist data.download=false device=cpu train.epochs=2"
MANY = f"-m {MNIST} data.limit=30000 model.hidden=[50,50] optimizer.lr=0.003,0.01,0.02,0.03,0.05,0.1,0.2,0.3"
EIGHT = "seed=0,1,2,3,4,5,6,7"
TIMED = {
    **{
        f"{network}, batch {batch}, {twin}": f"{MNIST} data.limit={limit} train.batch_size={batch} "
        f"model.hidden=[{','.join(network.split('-')[1:-1])}] {key}"
        for (network, batch), limit in NETWORKS.items()
        for twin, key in EITHER.items()
    },
    **{
        f"cnn 8-16, batch 64, {twin}": f"{MNIST} data.limit=4000 model=cnn model.stages=[[8],[16]] "
        f"train.batch_size=64 {key}"
        for twin, key in EITHER.items()
    },
    **{
        f"lstm 64, batch 64, {twin}": "device=cpu data=palindrome train.epochs=2 model=rnn model.cell=lstm "
        f"model.hidden_size=64 train.batch_size=64 {key}"
        for twin, key in EITHER.items()
    },
    "sweep of 64, batch 64, scratch": f"{MANY} {EIGHT} model.backend=scratch train.batch_size=64",
    "sweep of 64, batch 16, scratch": f"{MANY} {EIGHT} model.backend=scratch train.batch_size=16 train.epochs=1",
    "sweep of 16, batch 64, torch": f"{MANY} seed=0,1 model.backend=torch train.batch_size=64",
}
TIMED_PARTS = ("training", "command", "processors")
WARM_UP = f"-m {MNIST} data.limit=1000 train.epochs=1 model.backend=scratch,torch seed=0,1"
