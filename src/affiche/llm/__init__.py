"""Words from a language model, over any server that speaks OpenAI's chat completions."""
