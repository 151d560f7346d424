package config

import (
	"fmt"
	"strings"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Page is one page of the reference.
type Page struct {
	Name string // of the file: devices.md
	Text []byte // Markdown
}

// generated begins every page.
const generated = "<!-- Made from the component specs; do not edit. -->\n"

// Reference is the pages that tell every key of a site made of the catalog's components: site.md with what stands alone,
// and one for each kind of resource, drivers and sink types included.
func Reference(catalog *Catalog) []Page {
	pages := []Page{{Name: "site.md", Text: sitePage(catalog)}}
	for _, f := range catalog.site.Fields {
		if f.Type.Shape != spec.List {
			continue
		}
		page := fmt.Appendf(nil, "%s# %s\n\n%s A list under `%s:`.\n\n", generated, title(f.Key), f.Doc, f.Key)
		page = spec.AppendMarkdown(page, f.Type.Elem.Spec, 2)
		switch Kind(f.Key) {
		case KindDevice:
			page = catalog.appendDrivers(page)
		case KindSink:
			page = catalog.appendSinks(page)
		case KindServer:
			page = catalog.appendServers(page)
		}
		pages = append(pages, Page{Name: pageName(f.Key), Text: page})
	}
	return pages
}

// title is a key as a heading.
// pageName is the file of a list's page. That of the functions leaves functions.md to the functions of SQL.
func pageName(key string) string {
	if Kind(key) == KindFunction {
		return "function-modules.md"
	}
	return key + ".md"
}

func title(key string) string { return strings.ToUpper(key[:1]) + key[1:] }

// sitePage tells the keys of the site that are no lists.
func sitePage(catalog *Catalog) []byte {
	page := []byte(generated + "# Site\n\nOne file, or several in a directory: YAML (`.yaml`, `.yml`) or JSON (`.json`).\n\n")
	site := spec.Spec{}
	for _, f := range catalog.site.Fields {
		if f.Type.Shape != spec.List {
			site.Fields = append(site.Fields, f)
		}
	}
	return spec.AppendMarkdown(page, &site, 2)
}

// appendDrivers tells what each driver adds to devices and tags.
func (c *Catalog) appendDrivers(page []byte) []byte {
	for _, d := range c.drivers {
		page = fmt.Appendf(page, "\n## Driver `%s`\n\n%s\n", d.Name, d.Doc)
		if len(d.Schemes) > 0 {
			page = fmt.Appendf(page, "\nEndpoints: `%s://…`.\n", strings.Join(d.Schemes, "://…`, `"))
		}
		for _, part := range []struct{ name, heading string }{
			{"endpoint", "In the query of the endpoint"}, {"device", "Keys of a device"}, {"tag", "Keys of a tag"},
		} {
			if s := c.Options(driverKind, d.Name, part.name); s != nil {
				page = fmt.Appendf(page, "\n### %s\n\n", part.heading)
				page = spec.AppendMarkdown(page, s, 4)
			}
		}
	}
	return page
}

// appendSinks tells what each sink type adds.
func (c *Catalog) appendSinks(page []byte) []byte {
	for _, s := range c.sinks {
		page = fmt.Appendf(page, "\n## Type `%s`\n\n%s\n\n", s.Name, s.Doc)
		page = spec.AppendMarkdown(page, c.Options(sinkKind, s.Name, "options"), 3)
	}
	return page
}

// appendServers tells what each server type adds.
func (c *Catalog) appendServers(page []byte) []byte {
	for _, s := range c.servers {
		page = fmt.Appendf(page, "\n## Type `%s`\n\n%s\n\n", s.Name, s.Doc)
		page = spec.AppendMarkdown(page, c.Options(serverKind, s.Name, "options"), 3)
	}
	return page
}
