//! What the process was told to do: flag over environment over file over default, merged once.
