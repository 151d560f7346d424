package house

import (
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"
)

// CheckDocuments finds, in the Markdown files of the module, relative links whose file or heading is not there, and
// places that exist only on somebody's machine.
func CheckDocuments(fsys fs.FS) ([]Finding, error) {
	var findings []Finding
	err := WalkSource(fsys, func(name string) error {
		if path.Ext(name) != ".md" {
			return nil
		}
		text, err := fs.ReadFile(fsys, name)
		if err != nil {
			return err
		}
		findings = append(findings, checkDocument(fsys, name, string(text))...)
		return nil
	})
	return findings, err
}

func checkDocument(fsys fs.FS, name, text string) []Finding {
	link := regexp.MustCompile(`\]\(([^)\s]+)(?:\s+"[^"]*")?\)`)
	private := regexp.MustCompile(`(?:^|[\s"'(=\x60])((?:/(?:work|root|home|Users)|\.\./shared)(?:/[^\s"')\x60]*)?)(?:$|[\s"')\x60,.;:])`)
	var findings []Finding
	number := 0
	fenced := false
	for line := range strings.Lines(text) {
		number++
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if match := private.FindStringSubmatch(line); match != nil {
			findings = append(findings, Finding{name, number, match[1] + " exists on one machine only: name it from the project's root"})
		}
		if fenced {
			continue
		}
		for _, match := range link.FindAllStringSubmatch(line, -1) {
			if err := resolve(fsys, name, match[1]); err != nil {
				findings = append(findings, Finding{name, number, err.Error()})
			}
		}
	}
	return findings
}

// resolve says why a relative link leads nowhere, or nil. Links with a scheme are not followed.
func resolve(fsys fs.FS, from, link string) error {
	if regexp.MustCompile(`^[a-z]+:`).MatchString(link) {
		return nil
	}
	target, heading, _ := strings.Cut(link, "#")
	to := from
	if target != "" {
		to = path.Join(path.Dir(from), target)
	}
	if !fs.ValidPath(to) {
		return fmt.Errorf("the link %s leaves the repository", link)
	}
	if _, err := fs.Stat(fsys, to); err != nil {
		return fmt.Errorf("the link %s leads nowhere", link)
	}
	if heading == "" || path.Ext(to) != ".md" {
		return nil
	}
	text, err := fs.ReadFile(fsys, to)
	if err != nil {
		return err
	}
	if !hasHeading(string(text), heading) {
		return fmt.Errorf("the link %s leads to a heading that is not there", link)
	}
	return nil
}

// hasHeading tells whether a document has a heading of the given anchor, as forges derive it: lower case, spaces to
// hyphens, other punctuation dropped.
func hasHeading(text, anchor string) bool {
	dropped := regexp.MustCompile(`[^\p{L}\p{N}\- _]`)
	for line := range strings.Lines(text) {
		title := strings.TrimLeft(line, "#")
		if title == line {
			continue
		}
		slug := dropped.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), "")
		if strings.ReplaceAll(slug, " ", "-") == anchor {
			return true
		}
	}
	return false
}
