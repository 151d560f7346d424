package house

import (
	"io/fs"
	"strings"
)

// Licence is what a module's own text lets us do with it.
type Licence string

// The licences that CheckLicences knows by a phrase of their text.
const (
	Permissive   Licence = "permissive"    // Apache-2.0, MIT, BSD, ISC and their like
	FileCopyleft Licence = "file copyleft" // MPL-2.0, EPL-2.0: its own files stay open, ours are free
	Copyleft     Licence = "copyleft"      // GPL, LGPL, AGPL: a static program would be bound by it
	Unknown      Licence = "unknown"
)

// ModuleLicence reads the licence of the module whose root is fsys.
func ModuleLicence(fsys fs.FS) (Licence, error) {
	entries, err := fs.ReadDir(fsys, ".")
	if err != nil {
		return Unknown, err
	}
	for _, entry := range entries {
		name := strings.ToUpper(entry.Name())
		if entry.IsDir() || !strings.HasPrefix(name, "LICEN") && !strings.HasPrefix(name, "COPYING") {
			continue
		}
		text, err := fs.ReadFile(fsys, entry.Name())
		if err != nil {
			return Unknown, err
		}
		if licence := classify(string(text)); licence != Unknown {
			return licence, nil
		}
	}
	return Unknown, nil
}

// classify looks at the opening of the text, since some licences name others further down.
func classify(text string) Licence {
	opening := strings.Join(strings.Fields(text[:min(len(text), 2000)]), " ")
	for _, known := range []struct {
		phrase  string
		licence Licence
	}{
		{"Mozilla Public License", FileCopyleft},
		{"Eclipse Public License", FileCopyleft},
		{"Apache License", Permissive},
		{"Permission is hereby granted, free of charge", Permissive},
		{"Redistribution and use in source and binary forms", Permissive},
		{"Permission to use, copy, modify, and", Permissive},
		{"This is free and unencumbered software", Permissive},
		{"GENERAL PUBLIC LICENSE", Copyleft},
	} {
		if strings.Contains(opening, known.phrase) {
			return known.licence
		}
	}
	return Unknown
}
