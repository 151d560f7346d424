package wasm_test

import (
	"strings"
	"testing"

	"github.com/holdfast-edge/holdfast/streamsql"
	"github.com/holdfast-edge/holdfast/streamsql/wasm"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestACatalogueGivesQueriesItsFunctionsWhileModulesAreReplaced(t *testing.T) {
	catalogue := wasm.NewCatalogue()
	first, second := load(t, celsius(32), usual()), load(t, celsius(33), usual())
	if before, err := catalogue.Put("units", first); before != nil || err != nil {
		t.Fatal(before, err)
	}
	compiler := streamsql.Compiler{Catalog: streamsql.Sources{"rows": {}}, Functions: catalogue.Functions()}
	query, err := compiler.Compile("SELECT Fahrenheit(x) AS y FROM rows WHERE abs(x) > 1")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(query.UserFunctions(), " "); got != "fahrenheit" {
		t.Errorf("it calls %s", got)
	}
	running := query.New(streamsql.Options{})
	if got := show(t, running, tag.IntOf(10)); got != `{"y":50}` {
		t.Error(got)
	}
	if before, err := catalogue.Put("units", second); before != first || err != nil {
		t.Fatal(before, err)
	}
	if got := show(t, running, tag.IntOf(10)); got != `{"y":51}` {
		t.Error(got)
	}
	entries := catalogue.Entries()
	if len(entries) != 1 || entries[0].Name != "units" || entries[0].Digest != second.Digest() {
		t.Errorf("%+v", entries)
	}
}

func TestAFunctionHasOneModule(t *testing.T) {
	catalogue := wasm.NewCatalogue()
	if _, err := catalogue.Put("units", load(t, celsius(32), usual())); err != nil {
		t.Fatal(err)
	}
	_, err := catalogue.Put("more", load(t, celsius(33), usual()))
	if err == nil || err.Error() != "put in module more: module units has a function fahrenheit already" {
		t.Error(err)
	}
}

func TestAModuleThatIsTakenOutFailsTheRowsOfQueriesThatCallIt(t *testing.T) {
	catalogue := wasm.NewCatalogue()
	if _, err := catalogue.Put("units", load(t, celsius(32), usual())); err != nil {
		t.Fatal(err)
	}
	compiler := streamsql.Compiler{Catalog: streamsql.Sources{"rows": {}}, Functions: catalogue.Functions()}
	query, err := compiler.Compile("SELECT fahrenheit(x) AS y FROM rows")
	if err != nil {
		t.Fatal(err)
	}
	running := query.New(streamsql.Options{})
	if err := catalogue.Remove("units").Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := show(t, running, tag.IntOf(10)); got != "" || running.Stats().Failed != 1 {
		t.Errorf("gave %s, %+v", got, running.Stats())
	}
	if catalogue.Remove("units") != nil || len(catalogue.Functions()) != 0 {
		t.Error("it is still there")
	}
}
