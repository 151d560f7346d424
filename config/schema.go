package config

import (
	"bytes"
	"encoding/json"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Schema is the JSON Schema (draft 2020-12) of a site that is made of the catalog's components, indented JSON with
// a line end. Editors that know YAML by schema complete and check a site file with it.
func Schema(catalog *Catalog) []byte {
	described := spec.Schema(catalog.site, catalog)
	described["title"] = "The configuration of a Holdfast site"
	var b bytes.Buffer
	if err := json.Indent(&b, spec.AppendJSON(nil, described), "", "  "); err != nil {
		panic("config: a schema is not JSON: " + err.Error())
	}
	b.WriteByte('\n')
	return b.Bytes()
}
