package config_test

import (
	"encoding/json"
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestTheReferenceOfTheTestCatalogStaysAsItIs(t *testing.T) {
	pages := config.Reference(testCatalog(t))
	if len(pages) != 9 {
		t.Fatalf("%d pages", len(pages))
	}
	for _, page := range pages {
		golden(t, "testdata/reference/"+page.Name, page.Text)
	}
}

func TestTheFormsOfTheTestCatalogStayAsTheyAre(t *testing.T) {
	forms, err := json.MarshalIndent(config.FormsOf(testCatalog(t)), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/forms.json", append(forms, '\n'))
}
