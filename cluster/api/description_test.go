package api_test

import (
	"bytes"
	"flag"
	"os"
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/cluster/api"
)

var rewrite = flag.Bool("rewrite", false, "write docs/reference/cloud-openapi.json anew")

func TestTheCommittedDescriptionIsTheCloudsAndHasEveryOperation(t *testing.T) {
	const file = "../../docs/reference/cloud-openapi.json"
	want, err := api.Description()
	if err != nil {
		t.Fatal(err)
	}
	if *rewrite {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if committed, err := os.ReadFile(file); err != nil || !bytes.Equal(committed, want) {
		t.Errorf("%s is stale (%v): go test ./cluster/api -run Description -rewrite", file, err)
	}
	for _, id := range []string{"list-sites", "add-site", "command-site", "apply-configuration", "ask-values", "list-audit", "rotate-authority"} {
		if !strings.Contains(string(want), `"`+id+`"`) {
			t.Errorf("%s is missing", id)
		}
	}
}
