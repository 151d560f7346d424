package console_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"log/slog"
	"net/http"
	"os"
	"reflect"
	"testing"

	"github.com/holdfast-edge/holdfast/console"
)

var rewrite = flag.Bool("rewrite", false, "write docs/reference/openapi.json anew")

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestTheCommittedDescriptionIsTheOneThatIsServed(t *testing.T) {
	const file = "../docs/reference/openapi.json"
	want, err := console.Description()
	if err != nil {
		t.Fatal(err)
	}
	if *rewrite {
		if err := os.WriteFile(file, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	committed, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(committed, want) {
		t.Errorf("%s is stale (%v): go test ./console -run Description -rewrite", file, err)
	}
	var inFile, served any
	status, text := serve(t, newFake(), nil).do(http.MethodGet, "/api/v1/openapi.json", "")
	if json.Unmarshal(want, &inFile) != nil || json.Unmarshal([]byte(text), &served) != nil || status != 200 {
		t.Fatalf("%d %s", status, text)
	}
	if !reflect.DeepEqual(inFile, served) {
		t.Error("what is served differs from the description")
	}
}
