package config

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Source is one file of a configuration as it was written. Its name, as errors print it, tells the format: .json is
// JSON, anything else YAML.
type Source struct {
	Name string
	Data []byte
}

// maxFiles bounds what one directory may bring.
const maxFiles = 1000

// Read reads one file, or every .yaml, .yml and .json file of a directory in the order of their names, other files
// and subdirectories aside.
func Read(path string) ([]Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	names := []string{path}
	if info.IsDir() {
		if names, err = list(path); err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
	}
	sources := make([]Source, 0, len(names))
	for _, name := range names {
		data, err := readLimited(name)
		if err != nil {
			return nil, fmt.Errorf("read configuration: %w", err)
		}
		sources = append(sources, Source{Name: name, Data: data})
	}
	return sources, nil
}

// list names the files of a directory that hold configuration.
func list(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		extension := strings.ToLower(filepath.Ext(entry.Name()))
		hidden := strings.HasPrefix(entry.Name(), ".")
		if !hidden && !entry.IsDir() && slices.Contains([]string{".yaml", ".yml", ".json"}, extension) {
			names = append(names, filepath.Join(dir, entry.Name()))
		}
	}
	switch {
	case len(names) == 0:
		return nil, &Problem{What: "no configuration in " + dir, Fix: "want files named *.yaml, *.yml or *.json"}
	case len(names) > maxFiles:
		return nil, fmt.Errorf("%d files in %s, the limit is %d", len(names), dir, maxFiles)
	}
	return names, nil
}

// readLimited reads no more than shows that a file is too large; the reader of documents says so.
func readLimited(name string) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	return io.ReadAll(io.LimitReader(file, document.MaxBytes+1))
}
