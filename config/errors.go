package config

import "github.com/holdfast-edge/holdfast/config/document"

// Error is one thing wrong with a configuration: File, Line, Column, the Path of the field, the Problem and the Fix. It
// prints as file:line:column: path: problem: fix.
type Error = document.Error

// Errors is everything wrong with a configuration, sorted by place. It prints at most 50 and tells how many more there
// are. Load and Parse return it as their error; take it out with errors.As.
type Errors = document.Errors

// Problem is an error with its fix apart, for those who check what a person wrote.
type Problem = document.Problem

// DidYouMean is the fix for a word that is none of words: the nearest one, or else the list of them.
func DidYouMean(typed string, words []string) string { return document.DidYouMean(typed, words) }
