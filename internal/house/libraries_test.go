package house

import "testing"

func TestALibraryIsSeenOnlyAtHome(t *testing.T) {
	libraries, err := ParseLibraries("\n```libraries\nexample.org/bolt    store internal/node\n```\n")
	if err != nil {
		t.Fatal(err)
	}
	importing := func(path string) string { return "package p\n\nimport _ \"" + path + "\"\n" }
	tree := parse(t, map[string]string{
		"store/a.go":         importing("example.org/bolt"),
		"store/segment/a.go": importing("example.org/bolt/errors"),
		"internal/node/a.go": importing("example.org/bolt"),
		"storekeeper/a.go":   importing("example.org/bolt/errors"),
		"broker/a.go":        importing("example.org/bolt"),
		"broker/a_test.go":   importing("example.org/bolt"),
		"broker/other.go":    importing("example.org/bolted"),
	})
	wantFindings(t, CheckLibraries(tree, libraries),
		"broker/a.go:3: example.org/bolt is seen only in store, internal/node: ask them for what you need",
		"storekeeper/a.go:3: example.org/bolt is seen only in store, internal/node: ask them for what you need",
	)
}

func TestALineOfTheLibrariesWithoutDirectoriesIsAnError(t *testing.T) {
	for _, document := range []string{"none", "\n```libraries\nexample.org/bolt\n```\n", "\n```libraries\n\n```\n"} {
		if _, err := ParseLibraries(document); err == nil {
			t.Errorf("%q: no error", document)
		}
	}
}
