"""Joey NMT's recurrent model, timed inside its own environment; joey.py talks to it.

Its argument is the sizes as JSON. Each line on stdin is a request, {"rows": [[source, target], …],
"beam": k}; each line on stdout answers it, {"seconds": s, "steps": n}. A request is a batch, which
Joey NMT's own greedy or beam search decodes to the length of its longest target.
"""

import json
import logging
import sys
import time
from types import SimpleNamespace

import torch
from joeynmt.model import build_model
from joeynmt.search import beam_search, greedy
from joeynmt.vocabulary import Vocabulary

SPECIAL = SimpleNamespace(
    unk_token="<unk>",
    pad_token="<pad>",
    bos_token="<s>",
    eos_token="</s>",
    sep_token=None,
    unk_id=0,
    pad_id=1,
    bos_id=2,
    eos_id=3,
    sep_id=None,
    lang_tags=[],
)


def build(sizes):
    """Return a model with random weights in Joey NMT's configuration for LSTM and Luong."""

    def part(hidden_size, **more):
        embeddings = {"embedding_dim": sizes["embedding"], "scale": False}
        common = {"type": "recurrent", "rnn_type": "lstm", "embeddings": embeddings}
        layers = {"num_layers": sizes["layers"], "hidden_size": hidden_size, "dropout": 0.0}
        return {**common, **layers, **more}

    config = {
        "initializer": "xavier_uniform",
        "embed_initializer": "normal",
        "embed_init_weight": 0.1,
        "bias_initializer": "zeros",
        "init_gain": 1.0,
        "tied_embeddings": False,
        "tied_softmax": False,  # Joey NMT can tie them only where decoder and embedding are equal
        "encoder": part(sizes["encoder"], bidirectional=True),
        "decoder": part(
            sizes["decoder"],
            attention="luong",
            init_hidden="bridge",
            input_feeding=True,
            hidden_dropout=0.0,
        ),
    }
    vocabulary = Vocabulary([f"w{n}" for n in range(sizes["vocabulary"] - 4)], SPECIAL)
    return build_model(config, vocabulary, vocabulary).eval()


@torch.inference_mode()
def decode(model, rows, beam):
    """Translate random sources of the given lengths; return the number of steps."""
    rows = sorted(rows, reverse=True)  # packing wants the longest first
    lengths = torch.tensor([source for source, _ in rows])
    longest, steps = int(lengths[0]), max(target for _, target in rows)
    source = torch.randint(4, model.decoder.output_size, (len(rows), longest))
    mask = torch.arange(longest)[None, None, :] < lengths[:, None, None]
    source = source.masked_fill(~mask[:, 0], model.pad_index)
    states, hidden, _, _ = model(
        return_type="encode", src=source, src_length=lengths, src_mask=mask
    )
    common = {
        "model": model,
        "encoder_output": states,
        "encoder_hidden": hidden,
        "src_mask": mask,
        "max_output_length": steps,
    }
    if beam == 1:
        ids, _, _ = greedy(**common, return_attention=True)
    else:
        ids, _, _ = beam_search(**common, beam_size=beam, n_best=beam, alpha=1.0)
    return ids.shape[1]


def main():
    """Answer requests until stdin ends."""
    logging.disable(logging.INFO)
    sizes = json.loads(sys.argv[1])
    torch.set_num_threads(sizes["threads"])
    torch.manual_seed(0)
    model = build(sizes)
    about = {"parameters": sum(p.numel() for p in model.parameters()), "torch": torch.__version__}
    print(json.dumps(about), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        started = time.perf_counter()
        steps = decode(model, request["rows"], request["beam"])
        seconds = time.perf_counter() - started
        print(json.dumps({"seconds": seconds, "steps": steps}), flush=True)


if __name__ == "__main__":
    main()
