package config

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Canonical gives the site as JSON that means the same for ever: every default is written out, keys and resources are
// sorted by name, and secrets are their references. Two configurations do the same exactly where these bytes are the
// same, however they were written; Parse reads them back as one source.
func Canonical(site *Site, catalog *Catalog) []byte {
	return marshal(resources(site, catalog))
}

// Digest is the SHA-256 of canonical bytes, in hexadecimal: the identity of a generation.
func Digest(canonical []byte) string {
	sum := sha256.Sum256(canonical)
	return hex.EncodeToString(sum[:])
}

// resources is the site as plain values, each list in the order of its names.
func resources(site *Site, catalog *Catalog) map[string]any {
	encoded := spec.Encode(catalog.site, catalog, site)
	for _, value := range encoded {
		if list, ok := value.([]any); ok {
			slices.SortFunc(list, func(a, b any) int { return strings.Compare(nameOf(a), nameOf(b)) })
		}
	}
	return encoded
}

// nameOf is the name of an encoded resource.
func nameOf(resource any) string {
	name, _ := resource.(map[string]any)["name"].(string)
	return name
}

// marshal writes JSON in one way only: encoding/json sorts the keys.
func marshal(value any) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		panic("config: plain values are not JSON: " + err.Error())
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
