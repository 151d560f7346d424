package spec

import (
	"fmt"
	"reflect"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Merge adds to a root what a further document gives: its lists behind those already there, and keys of one value
// that no document gave before. Whole is what is complete so far, part what Decode made of doc; given remembers, from
// one call to the next, where each key was first given.
func Merge(s *Spec, whole, part any, doc *document.Document, given map[string]string) document.Errors {
	var errs document.Errors
	to, from := reflect.ValueOf(whole).Elem(), reflect.ValueOf(part).Elem()
	for i := range s.Fields {
		f := &s.Fields[i]
		e, ok := doc.Root.Entry(f.Key)
		if !ok {
			continue
		}
		into, value := to.FieldByIndex(f.index), from.FieldByIndex(f.index)
		first, before := given[f.Key]
		switch {
		case f.Type.Shape == List:
			into.Set(reflect.AppendSlice(into, value))
		case before:
			errs = append(errs, document.At(doc.File, e.Place, "", &document.Problem{
				What: fmt.Sprintf("%q is given in two files, first at %s", f.Key, first),
				Fix:  "give it in one of them",
			}))
		default:
			into.Set(value)
			given[f.Key] = doc.File + ":" + e.Place.String()
		}
	}
	return errs
}

// Missing lists the required keys of a root that no document gave.
func Missing(s *Spec, given map[string]string) []error {
	var missed []error
	for i := range s.Fields {
		f := &s.Fields[i]
		if _, ok := given[f.Key]; f.Required && !ok {
			missed = append(missed, missing(f))
		}
	}
	return missed
}

// New makes a struct of the spec with every default in place, and gives a pointer to it.
func (s *Spec) New(components Components) any {
	pointer := reflect.New(s.goType)
	s.fill(pointer.Elem(), components, nil)
	return pointer.Interface()
}
