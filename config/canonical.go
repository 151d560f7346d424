package config

import (
	"crypto/sha256"
	"encoding/hex"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Canonical gives the site as JSON that means the same for ever: every default is written out, keys and resources are
// sorted by name, and secrets are their references. Two configurations do the same exactly where these bytes are the
// same, however they were written; Parse reads them back as one source.
func Canonical(site *Site, catalog *Catalog) []byte {
	encoded := resources(site, catalog)
	text := []byte{'{'}
	for i, key := range slices.Sorted(maps.Keys(encoded)) {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(spec.AppendJSON(text, key), ':')
		text = appendResources(text, encoded[key])
	}
	return append(text, '}')
}

// appendResources writes one resource after the other, since a list of devices may be a thousand times longer than one.
// Each is copied to its place, for which a long text grows by a quarter at a time; a buffer would double it.
func appendResources(text []byte, value any) []byte {
	list, ok := value.([]any)
	if !ok {
		return spec.AppendJSON(text, value)
	}
	var one []byte
	text = append(text, '[')
	for i, resource := range list {
		if i > 0 {
			text = append(text, ',')
		}
		one = spec.AppendJSON(one[:0], resource)
		text = append(text, one...)
	}
	return append(text, ']')
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
