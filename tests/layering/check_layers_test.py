"""The layering check must refuse what it is there to refuse."""
import os
import tempfile
import unittest

import check_layers


class CheckLayersTest(unittest.TestCase):
    def offences(self, layers, files):
        with tempfile.TemporaryDirectory() as root:
            for path, text in files.items():
                os.makedirs(os.path.join(root, os.path.dirname(path)), exist_ok=True)
                with open(os.path.join(root, path), "w", encoding="utf-8") as f:
                    f.write(text)
            return check_layers.check(root, layers)

    def test_a_declared_include_passes_also_through_another_layer(self):
        files = {"lib/c/c.cc": '#include "lib/b/b.h"\n#include "lib/a/a.h"\n', "lib/b/b.h": "", "lib/a/a.h": ""}
        self.assertEqual([], self.offences({"lib/a": [], "lib/b": ["lib/a"], "lib/c": ["lib/b"]}, files))

    def test_an_undeclared_include_is_refused(self):
        files = {"lib/a/a.cc": '#include "lib/b/b.h"\n', "lib/b/b.h": ""}
        found = self.offences({"lib/a": [], "lib/b": []}, files)
        self.assertEqual(["lib/a/a.cc: includes lib/b/b.h, but lib/a does not declare lib/b"], found)

    def test_a_cycle_of_layers_is_refused(self):
        found = self.offences({"lib/a": ["lib/b"], "lib/b": ["lib/a"]}, {})
        self.assertEqual(["layers in a cycle: lib/a -> lib/b -> lib/a"], found)

    def test_a_cycle_of_headers_is_refused(self):
        files = {"lib/a/x.h": '#include "lib/a/y.h"\n', "lib/a/y.h": '#include "lib/a/x.h"\n'}
        found = self.offences({"lib/a": []}, files)
        self.assertEqual(["headers in a cycle: lib/a/x.h -> lib/a/y.h -> lib/a/x.h"], found)

    def test_a_folder_without_a_layer_is_refused(self):
        self.assertIn("no layer()", self.offences({}, {"lib/a/a.cc": ""})[0])

    def test_programs_do_not_share(self):
        found = self.offences({"proxy/a": ["namerd/b"], "namerd/b": []}, {})
        self.assertIn("only lib is shared", found[0])


if __name__ == "__main__":
    unittest.main()
