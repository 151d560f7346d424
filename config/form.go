package config

import "github.com/holdfast-edge/holdfast/config/spec"

// Forms is everything that the console needs to draw forms for a site, as JSON.
type Forms struct {
	Site    spec.Form  `json:"site"`
	Drivers []PartForm `json:"drivers"`
	Sinks   []PartForm `json:"sinks"`
	Servers []PartForm `json:"servers"`
}

// PartForm is what one driver, sink type or server type adds to the forms of the site.
type PartForm struct {
	Name     string    `json:"name"`
	Doc      string    `json:"doc"`
	Schemes  []string  `json:"schemes,omitempty"`  // of a driver's endpoints
	Endpoint spec.Form `json:"endpoint,omitempty"` // keys of the endpoint's query
	Device   spec.Form `json:"device,omitempty"`   // keys beside those of a device
	Tag      spec.Form `json:"tag,omitempty"`      // keys beside those of a tag, or in place of them
	Sink     spec.Form `json:"sink,omitempty"`     // keys beside those of a sink
	Server   spec.Form `json:"server,omitempty"`   // keys beside those of a server
}

// FormsOf draws the forms of a catalog.
func FormsOf(catalog *Catalog) Forms {
	forms := Forms{Site: spec.FormOf(catalog.site, catalog)}
	form := func(kind, name, part string) spec.Form {
		return spec.FormOf(catalog.Options(kind, name, part), catalog)
	}
	for _, d := range catalog.drivers {
		forms.Drivers = append(forms.Drivers, PartForm{
			Name: d.Name, Doc: d.Doc, Schemes: d.Schemes,
			Endpoint: form(driverKind, d.Name, "endpoint"), Device: form(driverKind, d.Name, "device"), Tag: form(driverKind, d.Name, "tag"),
		})
	}
	for _, s := range catalog.sinks {
		forms.Sinks = append(forms.Sinks, PartForm{Name: s.Name, Doc: s.Doc, Sink: form(sinkKind, s.Name, "options")})
	}
	for _, s := range catalog.servers {
		forms.Servers = append(forms.Servers, PartForm{Name: s.Name, Doc: s.Doc, Server: form(serverKind, s.Name, "options")})
	}
	return forms
}
