"""The console for staff: screens that say which permission they need, and nothing without one."""
