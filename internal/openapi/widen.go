// Package openapi is what the descriptions of the node's API and of the cloud's have in common.
package openapi

import "github.com/danielgtaylor/huma/v2"

// Widen makes a description the same on every machine: an int is described by
// the width that it has on the machine at hand, and the widest is what a client
// has to expect.
func Widen(api *huma.OpenAPI) {
	for _, s := range api.Components.Schemas.Map() {
		widenSchema(s)
	}
	for _, path := range api.Paths {
		for _, o := range []*huma.Operation{path.Get, path.Put, path.Post, path.Delete} {
			if o == nil {
				continue
			}
			for _, p := range o.Parameters {
				widenSchema(p.Schema)
			}
		}
	}
}

func widenSchema(s *huma.Schema) {
	if s == nil {
		return
	}
	if s.Format == "int32" {
		s.Format = "int64"
	}
	widenSchema(s.Items)
	for _, property := range s.Properties {
		widenSchema(property)
	}
}
