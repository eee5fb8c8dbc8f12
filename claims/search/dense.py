"""How near two texts are in meaning, by the sentence model in the folder that MATCH_MODEL names.

Of requirements-match.txt: without it, nothing imports this. Vectors stay in the memory of the
process, by their text: they are of no other text, so never stale, and nothing has to be kept.
"""

import json
import threading
from collections import OrderedDict
from pathlib import Path

import numpy as np
import onnxruntime
from django.core.exceptions import ImproperlyConfigured
from tokenizers import Tokenizer

MOST_TOKENS = 256  # of a text; the rest is not read
# That are read anew for one answer: about a second of one core with a model of six layers.
MOST_NEW_TOKENS = 4_000
BATCH = 8  # texts of about the same length
KEPT = 10_000  # vectors: 15 MB at 384 numbers
INPUTS = ("input_ids", "attention_mask", "token_type_ids")
# How near these are to one another tells models apart: weights fit the one they were learnt with.
PROBES = ["The bridge cost 90 million.", "Ninety million was spent on it.", "Bananas are yellow."]
SAME_MODEL = 0.05  # as much may differ between machines, and with eight bits for 32


class Model:
    """A sentence-transformers model, as the hub lays it out: ONNX and tokenizer.json."""

    def __init__(self, folder):
        self.folder = Path(folder)
        file = onnx_file(self.folder)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1  # the server has others
        try:
            self.tokenizer = Tokenizer.from_file(str(self.folder / "tokenizer.json"))
            self.session = onnxruntime.InferenceSession(
                str(file), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # neither library has a kind of its own
            first = str(error).splitlines()[0]
            raise ImproperlyConfigured(f"MATCH_MODEL: {file} is no model ({first}).") from error
        self.tokenizer.enable_truncation(MOST_TOKENS)
        self.tokenizer.no_padding()
        self.inputs = {one.name for one in self.session.get_inputs()}
        names = [one.name for one in self.session.get_outputs()]
        self.output = "sentence_embedding" if "sentence_embedding" in names else names[0]
        self.takes_first = self._takes_first()
        self.kept, self.lock = OrderedDict(), threading.Lock()
        if not self.inputs <= set(INPUTS):
            raise ImproperlyConfigured(f"MATCH_MODEL: {file} asks for more than a text's tokens.")

    def _takes_first(self):
        """Whether the first token stands for the text, and not the mean of all."""
        file = self.folder / "1_Pooling" / "config.json"
        says = json.loads(file.read_text()) if file.exists() else {}
        modes = {name for name, on in says.items() if on is True and name.startswith("pooling_")}
        if modes - {"pooling_mode_cls_token", "pooling_mode_mean_tokens"} or len(modes) > 1:
            raise ImproperlyConfigured(f"MATCH_MODEL: {file} asks for {', '.join(sorted(modes))}.")
        return modes == {"pooling_mode_cls_token"}

    def vectors(self, texts):
        """`{text: vector of length 1}`; the last may be missing, where there is much to read."""
        with self.lock:
            found = {text: self.kept[text] for text in texts if text in self.kept}
        new, left = [], MOST_NEW_TOKENS
        for text in dict.fromkeys(texts):
            if text not in found:
                ids = self.tokenizer.encode(text).ids
                left -= len(ids)
                if left < 0:
                    break
                new.append((ids, text))
        new.sort(key=lambda one: (len(one[0]), one[1]))
        for start in range(0, len(new), BATCH):
            part = new[start : start + BATCH]
            made = self._read([ids for ids, _text in part])
            found |= {text: vector for (_ids, text), vector in zip(part, made, strict=True)}
        with self.lock:
            for text in texts:
                if text in found:
                    self.kept[text] = found[text]
                    self.kept.move_to_end(text)
            while len(self.kept) > KEPT:
                self.kept.popitem(last=False)
        return found

    def _read(self, several):
        ids = np.zeros((len(several), max(map(len, several))), np.int64)
        mask = np.zeros_like(ids)
        for n, one in enumerate(several):
            ids[n, : len(one)], mask[n, : len(one)] = one, 1
        values = dict(zip(INPUTS, (ids, mask, np.zeros_like(ids)), strict=True))
        asked = {name: values[name] for name in self.inputs}
        [made] = self.session.run([self.output], asked)
        if made.ndim == 3:
            weights = mask[:, :, None] / mask.sum(1)[:, None, None]
            made = made[:, 0] if self.takes_first else (made * weights).sum(1)
        return (made / np.linalg.norm(made, axis=1, keepdims=True)).astype(np.float32)

    def fingerprint(self):
        vectors = self.vectors(PROBES)
        one, two, three = map(vectors.get, PROBES)
        return [round(float(a @ b), 3) for a, b in ((one, two), (one, three), (two, three))]

    def is_that_of(self, fingerprint):
        pairs = zip(self.fingerprint(), fingerprint, strict=True)
        return all(abs(a - b) <= SAME_MODEL for a, b in pairs)


def onnx_file(folder):
    return next(
        (file for file in (folder / "onnx" / "model.onnx", folder / "model.onnx") if file.exists()),
        folder / "model.onnx",
    )
