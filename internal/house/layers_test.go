package house

import (
	"strings"
	"testing"
)

const exampleTable = `# A page

` + "```layers" + `
cmd/*                  programs
actors/* console       thin shells
protocols/*            one each
protocols store        contracts, the log
tag                    words
` + "```" + `

More text.
`

func exampleLayers(t *testing.T) Layers {
	t.Helper()
	layers, err := ParseLayers(exampleTable)
	if err != nil {
		t.Fatal(err)
	}
	return layers
}

func TestImportsMayPointDown(t *testing.T) {
	layers := exampleLayers(t)
	for _, allowed := range []struct{ from, to string }{
		{"cmd/holdfast", "tag"},
		{"actors/device", "protocols"},
		{"actors/device", "protocols/modbus"},
		{"protocols/modbus", "protocols"},
		{"protocols/modbus", "protocols/modbus/mbap"},
		{"protocols/modbus/mbap", "protocols/modbus/crc"},
		{"store", "store/segment"},
		{"store/segment", "store/block"},
		{"tag", "tag"},
	} {
		if err := layers.Allows(allowed.from, allowed.to); err != nil {
			t.Errorf("%s -> %s: %v", allowed.from, allowed.to, err)
		}
	}
}

func TestImportsMayNotClimbOrCross(t *testing.T) {
	layers := exampleLayers(t)
	for _, forbidden := range []struct{ from, to, because string }{
		{"tag", "store", "stands below"},
		{"store/segment", "actors/rule", "stands below"},
		{"protocols", "protocols/modbus", "stands below"},
		{"protocols/modbus", "protocols/opcua", "siblings"},
		{"actors/device", "actors/rule", "siblings"},
		{"actors/device", "console", "siblings"},
		{"store", "protocols", "siblings"},
		{"cmd/holdfast", "cmd/holdfast-cloud", "siblings"},
		{"attic", "tag", "attic has no row"},
		{"store", "attic", "attic has no row"},
		{"store", "tags", "tags has no row"},
	} {
		err := layers.Allows(forbidden.from, forbidden.to)
		if err == nil || !strings.Contains(err.Error(), forbidden.because) {
			t.Errorf("%s -> %s: %v, want it refused: %s", forbidden.from, forbidden.to, err, forbidden.because)
		}
	}
}

func TestAnImportThatClimbsIsFoundWhereItStands(t *testing.T) {
	tree := parse(t, map[string]string{
		"tag/tag.go":            "package tag\n\nimport (\n\t\"fmt\"\n\t\"example.org/m/store\"\n)\n",
		"tag/tag_test.go":       "package tag_test\n\nimport \"example.org/m/tag\"\n",
		"store/store.go":        "package store\n\nimport \"example.org/m/tag\"\n",
		"store/store_test.go":   "package store\n\nimport \"example.org/m/console\"\n",
		"protocols/contract.go": "package protocols\n\nimport \"example.org/other/store\"\n",
		"attic/attic.go":        "package attic\n",
	})
	wantFindings(t, CheckLayers(tree, exampleLayers(t)),
		"tag/tag.go:5: tag stands below store and does not import it: declare the interface it needs, or move down what both need",
		"store/store_test.go:3: store stands below console and does not import it: declare the interface it needs, or move down what both need",
		"attic/attic.go:1: attic has no row in the layer table of ARCHITECTURE.md",
	)
}

func TestATableThatCannotBeReadIsAnError(t *testing.T) {
	for name, document := range map[string]string{
		"none":        "# A page without a table\n",
		"open":        "\n```layers\ntag\n",
		"entry twice": "\n```layers\ntag\nstore tag\n```\n",
	} {
		if _, err := ParseLayers(document); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
