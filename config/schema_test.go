package config_test

import (
	"testing"

	"github.com/holdfast-edge/holdfast/config"
)

func TestTheSchemaOfTheTestCatalogStaysAsItIs(t *testing.T) {
	golden(t, "testdata/schema.json", config.Schema(testCatalog(t)))
}
