package api_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/api"
)

func TestTheDescriptionHasEveryOperation(t *testing.T) {
	text, err := api.Description()
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"list-sites", "add-site", "command-site", "apply-configuration", "ask-values", "list-audit", "rotate-authority"} {
		if !strings.Contains(string(text), `"`+id+`"`) {
			t.Errorf("%s is missing", id)
		}
	}
}
