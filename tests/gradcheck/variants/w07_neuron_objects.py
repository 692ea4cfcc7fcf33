import random
import math


class Neuron:
    def __init__(self, num_inputs):
        self.weights = [random.uniform(-0.5, 0.5) for _ in range(num_inputs)]
        self.bias = random.uniform(-0.5, 0.5)

    def calculate_output(self, inputs):
        self.inputs = inputs
        total = self.bias
        for i in range(len(inputs)):
            total += inputs[i] * self.weights[i]
        self.output = 1 / (1 + math.exp(-total))
        return self.output

    # dE/dz for an output neuron
    def pd_error_wrt_total_net_input(self, target_output):
        return -(target_output - self.output) * self.pd_total_net_input_wrt_input()

    # dy/dz
    def pd_total_net_input_wrt_input(self):
        return self.output * (1 - self.output)

    def error(self, target_output):
        return 0.5 * (target_output - self.output) ** 2


class NeuronLayer:
    def __init__(self, num_neurons, num_inputs):
        self.neurons = [Neuron(num_inputs) for _ in range(num_neurons)]

    def feed_forward(self, inputs):
        return [n.calculate_output(inputs) for n in self.neurons]


class NeuralNetwork:
    LEARNING_RATE = 0.5

    def __init__(self, num_inputs, num_hidden, num_outputs):
        self.hidden_layer = NeuronLayer(num_hidden, num_inputs)
        self.output_layer = NeuronLayer(num_outputs, num_hidden)

    def feed_forward(self, inputs):
        return self.output_layer.feed_forward(self.hidden_layer.feed_forward(inputs))

    # Uses online learning, i.e. updating the weights after each training case
    def train(self, training_inputs, training_outputs):
        self.feed_forward(training_inputs)

        # 1. Output neuron deltas
        pd_out = [n.pd_error_wrt_total_net_input(training_outputs[o])
                  for o, n in enumerate(self.output_layer.neurons)]

        # 2. Hidden neuron deltas
        pd_hidden = []
        for h, hidden_neuron in enumerate(self.hidden_layer.neurons):
            d_error = 0
            for o, out_neuron in enumerate(self.output_layer.neurons):
                d_error += pd_out[o] * out_neuron.weights[h]
            pd_hidden.append(d_error * hidden_neuron.pd_total_net_input_wrt_input())

        # 3. Update output neuron weights
        for o, neuron in enumerate(self.output_layer.neurons):
            for w in range(len(neuron.weights)):
                neuron.weights[w] -= self.LEARNING_RATE * pd_out[o] * neuron.inputs[w]
            neuron.bias -= self.LEARNING_RATE * pd_out[o]

        # 4. Update hidden neuron weights
        for h, neuron in enumerate(self.hidden_layer.neurons):
            for w in range(len(neuron.weights)):
                neuron.weights[w] -= self.LEARNING_RATE * pd_hidden[h] * neuron.inputs[w]
            neuron.bias -= self.LEARNING_RATE * pd_hidden[h]

    def calculate_total_error(self, training_sets):
        total_error = 0
        for inputs, outputs in training_sets:
            self.feed_forward(inputs)
            for o, target in enumerate(outputs):
                total_error += self.output_layer.neurons[o].error(target)
        return total_error


if __name__ == '__main__':
    random.seed(0)
    nn = NeuralNetwork(2, 2, 2)
    for i in range(2000):
        nn.train([0.05, 0.1], [0.01, 0.99])
    print(nn.calculate_total_error([([0.05, 0.1], [0.01, 0.99])]))
