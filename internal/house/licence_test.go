package house

import (
	"testing"
	"testing/fstest"
)

func TestALicenceIsKnownByItsText(t *testing.T) {
	for name, example := range map[string]struct {
		file, text string
		want       Licence
	}{
		"apache":      {"LICENSE", "   Apache License\n Version 2.0, January 2004", Permissive},
		"mit":         {"License.txt", "The MIT License\n\nPermission is hereby granted, free\nof charge, to any person", Permissive},
		"bsd":         {"LICENSE-BSD", "Redistribution and use in source and\nbinary forms, with or without", Permissive},
		"isc":         {"LICENCE", "Permission to use, copy, modify, and/or distribute", Permissive},
		"mpl":         {"LICENSE", "Mozilla Public License, version 2.0 … GNU General Public License", FileCopyleft},
		"epl":         {"LICENSE", "Eclipse Public License - v 2.0", FileCopyleft},
		"gpl":         {"COPYING", "GNU GENERAL PUBLIC LICENSE\nVersion 3", Copyleft},
		"lgpl":        {"COPYING.LESSER", "GNU LESSER GENERAL PUBLIC LICENSE", Copyleft},
		"own words":   {"LICENSE", "Ask me first.", Unknown},
		"none":        {"README", "Permission is hereby granted, free of charge", Unknown},
		"empty":       {"LICENSE", "", Unknown},
		"a directory": {"LICENSES/MIT", "Permission is hereby granted, free of charge", Unknown},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ModuleLicence(fstest.MapFS{example.file: {Data: []byte(example.text)}})
			if err != nil || got != example.want {
				t.Errorf("%s (%v), want %s", got, err, example.want)
			}
		})
	}
}
