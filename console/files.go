package console

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"net/http"
	"path"
	"strings"
)

// page is the web page as it is served: no build step, nothing from elsewhere.
//
//go:embed page
var page embed.FS

// files serves the page.
type files struct{ all map[string]file }

// file is one file of the page, ready to be sent.
type file struct {
	content []byte
	kind    string // of content, for the header
	etag    string
}

func openFiles() (*files, error) {
	f := &files{all: map[string]file{}}
	err := fs.WalkDir(page, "page", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := page.ReadFile(name)
		sum := sha256.Sum256(content)
		f.all[strings.TrimPrefix(name, "page")] = file{
			content: content, kind: mediaType(path.Ext(name)), etag: `"` + hex.EncodeToString(sum[:8]) + `"`,
		}
		return err
	})
	return f, err
}

// mediaType does not ask the machine's own tables, which differ.
func mediaType(extension string) string {
	switch extension {
	case ".html":
		return "text/html; charset=utf-8"
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	}
	return mime.TypeByExtension(extension)
}

// ServeHTTP answers with a file. A browser asks each time whether it has
// changed, so that a new version of the node shows its own page at once.
func (f *files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	name := r.URL.Path
	if name == "/" {
		name = "/index.html"
	}
	found, ok := f.all[name]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Content-Type", found.kind)
	w.Header().Set("Cache-Control", "no-cache")
	w.Header().Set("ETag", found.etag)
	if r.Header.Get("If-None-Match") == found.etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(found.content) // the client may have gone
}
