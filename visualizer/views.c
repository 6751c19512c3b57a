/* The views there are, in the order of their keys. */
#include "visualizer/view.h"

const struct view *const views[] = {&view_model, &view_compare, &view_objects};
const size_t view_count = sizeof views / sizeof *views;
