/* The views there are, in the order of their keys. */
#include "visualizer/view.h"

const struct view *const views[] = {&view_model, &view_timeline, &view_compare, &view_objects,
                                    &view_calls};
const size_t view_count = sizeof views / sizeof *views;
