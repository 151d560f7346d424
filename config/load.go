package config

import (
	"github.com/holdfast-edge/holdfast/config/document"
	"github.com/holdfast-edge/holdfast/config/spec"
)

// Check looks for what the tags and the components cannot see, such as SQL that does not parse, and places what it
// finds with the resources' Origin. It is given the site as far as it could be read: what was wrong is already
// reported, and a field of a resource whose Origin is not Sound may be empty.
type Check func(*Site) Errors

// Load reads a file or directory (see Read) and parses it.
func Load(path string, catalog *Catalog, checks ...Check) (*Site, error) {
	sources, err := Read(path)
	if err != nil {
		return nil, err
	}
	return Parse(sources, catalog, checks...)
}

// Parse decodes a site from its sources: lists are joined in the order of the sources, any other key is given once.
// The error is of type Errors and holds all that is wrong, in all sources; the site is then nil.
func Parse(sources []Source, catalog *Catalog, checks ...Check) (*Site, error) {
	site, errs := decode(sources, catalog)
	errs = append(errs, uniqueNames(site)...)
	site.unsound = len(errs) > 0
	for _, check := range append([]Check{catalog.endpoints, sharedEndpoints, references}, checks...) {
		errs = append(errs, check(site)...)
	}
	if err := errs.Sort().Err(); err != nil {
		return nil, err
	}
	site.Templates = nil // they are written out
	return site, nil
}

// decode reads every source and joins them.
func decode(sources []Source, catalog *Catalog) (*Site, Errors) {
	site := catalog.site.New(catalog).(*Site)
	given := map[string]string{}
	docs, errs := read(sources)
	unread := len(docs) < len(sources) || len(sources) == 0
	templates := expand(docs, catalog)
	decoding := sharing{catalog, map[string][][]Tag{}}
	for _, doc := range docs {
		unread = unread || doc.Root.Kind != document.Mapping
		doc = templates.document(doc)
		part := &Site{}
		errs = append(errs, spec.Decode(doc, catalog.site, decoding, part)...)
		errs = append(errs, spec.Merge(catalog.site, site, part, doc, given)...)
	}
	errs = append(errs, templates.errs...)
	if unread && len(errs) > 0 {
		return site, errs
	}
	for _, missing := range spec.Missing(catalog.site, given) {
		errs = append(errs, document.At(name(sources), document.Place{}, "", missing))
	}
	return site, errs
}

// read reads every source that can be read.
func read(sources []Source) (docs []*document.Document, errs Errors) {
	for _, source := range sources {
		doc, problems := document.Read(source.Name, source.Data)
		errs = append(errs, problems...)
		if doc != nil {
			docs = append(docs, doc)
		}
	}
	return docs, errs
}

// expand collects the templates of all documents, for devices of any of them.
func expand(docs []*document.Document, catalog *Catalog) *expansion {
	var all []Template
	for _, doc := range docs {
		part := &Site{}
		if _, some := doc.Root.Entry("templates"); some {
			// What is wrong with it is told when the whole document is decoded.
			_ = spec.Decode(&document.Document{File: doc.File, Root: doc.Root.Only("templates")}, catalog.site, catalog, part)
		}
		all = append(all, part.Templates...)
	}
	return newExpansion(all)
}

// name is the file that a key is missing in: any of several.
func name(sources []Source) string {
	if len(sources) == 0 {
		return "the configuration"
	}
	return sources[0].Name
}
