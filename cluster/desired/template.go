package desired

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/holdfast-edge/holdfast/cluster/link"
	"github.com/holdfast-edge/holdfast/cluster/sites"
)

// placeholder is {{name}}, with spaces allowed inside of the braces.
func placeholder() *regexp.Regexp {
	return regexp.MustCompile(`\{\{\s*([A-Za-z][A-Za-z0-9_.-]*)\s*\}\}`)
}

// Fill replaces the placeholders of files by a site's parameters, or its labels; {{site}} is its name. A placeholder that
// the site has nothing for is an error that names file and placeholder. What is filled in is not read again, so that a
// parameter cannot hold a placeholder.
func Fill(files []link.File, site sites.Site) ([]link.File, error) {
	pattern := placeholder()
	var errs []error
	filled := make([]link.File, 0, len(files))
	for _, f := range files {
		f.Data = pattern.ReplaceAllStringFunc(f.Data, func(found string) string {
			name := pattern.FindStringSubmatch(found)[1]
			value, ok := valueOf(site, name)
			if !ok {
				errs = append(errs, fmt.Errorf("%s: site %s has neither a parameter nor a label %q", f.Name, site.Name, name))
			}
			if strings.ContainsAny(value, "\r\n") {
				errs = append(errs, fmt.Errorf("%s: %q of site %s has more than one line", f.Name, name, site.Name))
			}
			return value
		})
		filled = append(filled, f)
	}
	if len(errs) > 0 {
		return nil, errors.Join(append(errs, ErrTemplate)...)
	}
	return filled, nil
}

// ErrTemplate says that a site has no value for a placeholder.
var ErrTemplate = errors.New("placeholders are left")

func valueOf(site sites.Site, name string) (string, bool) {
	if name == "site" {
		return site.Name, true
	}
	if v, ok := site.Parameters[name]; ok {
		return v, true
	}
	v, ok := site.Labels[name]
	return v, ok
}
